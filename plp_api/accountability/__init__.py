"""Reports for schools, districts and the state, from the rows of the areas below. It only reads."""
