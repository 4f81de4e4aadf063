"""Bearer links: secret addresses by which somebody does one thing without an account.

An area derives its kind of link from `Link` and says what the link opens; each use checks again
whether the person may still do it. Only a hash of the token is kept, and a keyed hash of the code.
A link is used once, expires, may ask its holder a question, and ends when the person loses access
to the student; each step is an event. `page` is the shell of the pages that links open.
"""
