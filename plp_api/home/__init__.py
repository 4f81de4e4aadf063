"""The data of a front end's first page: plans with everything it shows, and the inbox."""
