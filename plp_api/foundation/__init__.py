"""What every area uses: database, access, HTTP, events, jobs, files. It imports no area."""
