"""What every area stands on: the database, access, HTTP, events, jobs, files. It knows no area."""
