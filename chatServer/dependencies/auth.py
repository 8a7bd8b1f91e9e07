"""Who is asking."""

from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from chatServer.database.transport import Caller
from chatServer.dependencies.services import ServicesDependency
from chatServer.errors import Unauthorized

bearer = HTTPBearer(
    scheme_name="SupabaseAccessToken",
    bearerFormat="JWT",
    description="The access token of a Supabase Auth session.",
    auto_error=False,
)


async def get_current_user(
    services: ServicesDependency,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
) -> Caller:
    """Return the caller whose token the request carries.

    Raises:
        Unauthorized: There is no token, or it does not hold.
    """
    if credentials is None:
        raise Unauthorized
    return await services.verifier.verify(credentials.credentials)


CurrentUser = Annotated[Caller, Depends(get_current_user)]
