"""An application in Flask: `/admin` and everything on admin.example.com is for administrators."""

from flask import Flask, Response, request

HEADERS = ["Subject", "Organisation", "User", "Signer", "Claims", "Expires"]

app = Flask(__name__)


def answer(handler):
    lines = [f"{name}={request.environ.get(f'HTTP_X_KLIENTO_{name.upper()}', '')}" for name in HEADERS]
    return Response("\n".join([handler, *lines, ""]), mimetype="text/plain")


@app.before_request
def of_host():
    host = request.host.split(":")[0].lower().rstrip(".")
    return answer("admin") if host == "admin.example.com" else None


@app.route("/admin", strict_slashes=False)
@app.route("/admin.<format>")
@app.route("/admin/<path:rest>")
def admin(**rest):
    return answer("admin")


@app.route("/")
@app.route("/<path:rest>")
def public(**rest):
    return answer("public")
