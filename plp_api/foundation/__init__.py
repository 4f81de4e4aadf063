"""The parts that every area uses: database, access, REST, events, jobs. It imports no area."""
