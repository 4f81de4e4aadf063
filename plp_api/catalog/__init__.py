"""Things that plans refer to and that belong to no single student, such as plan templates."""
