"""What stands for a session in an address: anything but the words the API itself uses there."""

import re

from starlette.convertors import StringConvertor, register_url_convertor

from chatServer.fields import RESERVED_SESSION_IDS


class SessionIdConvertor(StringConvertor):
    """Leaves `/sessions/counts` and its like to their own routes, whatever the method."""

    regex = rf"(?!(?:{'|'.join(map(re.escape, sorted(RESERVED_SESSION_IDS)))})$)[^/]+"


register_url_convertor("session_id", SessionIdConvertor())

SESSION_PATH = "/{session_id:session_id}"
