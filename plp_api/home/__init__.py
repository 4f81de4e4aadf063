"""The data of a front end's first page: plans with everything the page shows, in one call."""
