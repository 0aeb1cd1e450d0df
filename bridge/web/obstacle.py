"""Why nobody can listen at an address, in a person's words. Knows errors of the system, and no listener."""

import errno


def obstacle(error: OSError) -> str:
    """Say what is in the way, and what to do. The library's own words show Python's idea of an address."""
    match error.errno:
        case errno.EADDRINUSE:
            return "another program has this port (ss -ltnp shows which); stop it, or give another port"
        case errno.EADDRNOTAVAIL:
            return "this machine has no such address; 127.0.0.1 is itself, 0.0.0.0 is every address that it has"
        case errno.EACCES:
            return "this user may not have this port, as it is below 1024; give a higher one"
        case _:
            return error.strerror or str(error)
