"""Uploads: files on their way into the storage, whole in one request or chunk by chunk.

An upload is its uploader's alone. A complete one holds a stored file, which an area takes over by
naming the upload; what nobody takes over is removed. What is checked of a file stands in
`foundation/files`.
"""
