"""What every import of an uploaded file needs: findings, a row that is the job, a waiting file.

An area reads its own format and changes its own tables. Here are the parts that do not depend on
the format: `findings` are collected and cut, `models.ImportRow` has the columns of an import,
`uploads` keeps a file until its job has run, `actions` queues, begins and ends an import, `staging`
fills temporary tables, `terminal` prints an import at the command line.
"""
