"""Is a process sound? Its token game is played through: no token gets stuck, nothing runs twice by mistake.

`net` draws a container as a graph of joins and splits, `shrink` takes out what is sound by its structure, `game`
plays what is left, `findings` says what was found.
"""
