"""The safe part of Jinja: what descriptions and conditions may say about a message (architecture, decision 20).

`template.py` is all that others need: it reads a text, refuses what is not on the list, and works it out for a message.
"""
