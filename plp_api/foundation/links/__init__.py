"""Bearer links: secret addresses by which somebody does one thing without an account.

An area derives its kind of link from `Link` and says what it opens; it asks again at each use
whether the person may still do it. Of a token only a hash is kept, of a code a keyed one. A link
is used once, expires, may ask its holder a question, and is ended when the reach behind it ends;
each step is an event. `page` is the shell of the pages that such links open.
"""
