"""A small OpenID provider for tests: discovery, keys, code flow with PKCE, RS256, userinfo. `claims` say who signs in."""

import base64
import hashlib
import json
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "stagematch-test", "een-heel-geheim-geheim"


class OpenIDProvider:
    """Runs on a port of its own. What it tells can be bent: `id_token`, `userinfo`, `key`, `issuer`."""

    def __init__(self) -> None:
        self.own_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.key: Any = self.own_key
        self.claims: dict[str, Any] = {}
        self.id_token: dict[str, Any] = {}
        self.userinfo: dict[str, Any] = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[str] = []
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *arguments: Any) -> None:
                """Say nothing."""

            def do_GET(self) -> None:
                provider.answer(self, {})

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"] or 0)).decode()
                provider.answer(self, {key: values[0] for key, values in parse_qs(body).items()})

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def answer(self, request: BaseHTTPRequestHandler, form: dict[str, str]) -> None:
        url = urlsplit(request.path)
        self.asked.append(url.path)
        match url.path:
            case "/.well-known/openid-configuration":
                self.send(request, self.discovery())
            case "/keys":
                jwk = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.own_key.public_key()))
                self.send(request, {"keys": [{**jwk, "kid": "1", "alg": "RS256", "use": "sig"}]})
            case "/authorize":
                asked = {key: values[0] for key, values in parse_qs(url.query).items()}
                code = secrets.token_urlsafe(16)
                self.codes[code] = asked
                request.send_response(302)
                request.send_header(
                    "Location", f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"
                )
                request.end_headers()
            case "/token":
                self.send(request, *self.token(form))
            case "/userinfo":
                self.send(request, {**self.claims, **self.userinfo})
            case _:
                self.send(request, {"error": "not_found"}, 404)

    def discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
            "code_challenge_methods_supported": ["S256"],
        }

    def token(self, form: dict[str, str]) -> tuple[dict[str, Any], int]:
        asked = self.codes.pop(form.get("code", ""), None)
        challenge = (
            base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
            .rstrip(b"=")
            .decode()
        )
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT, SECRET):
            return {"error": "invalid_client"}, 401
        if (
            asked is None
            or asked.get("code_challenge") != challenge
            or asked["redirect_uri"] != form.get("redirect_uri")
        ):
            return {"error": "invalid_grant"}, 400
        moment = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": moment, "exp": moment + 300, **self.claims, **self.id_token}
        signed = jwt.encode(claims, self.key, algorithm="RS256", headers={"kid": "1"})
        return {
            "access_token": secrets.token_urlsafe(16),
            "token_type": "Bearer",
            "expires_in": 300,
            "id_token": signed,
        }, 200

    @staticmethod
    def send(request: BaseHTTPRequestHandler, data: dict[str, Any], status: int = 200) -> None:
        body = json.dumps(data).encode()
        request.send_response(status)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)
