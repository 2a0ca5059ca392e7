"""The Cython extensions; everything else about the project is in pyproject.toml."""

from Cython.Build import cythonize
from setuptools import Extension, setup

DIRECTIVES = {
    "language_level": 3,
    "boundscheck": False,
    "wraparound": False,
    "cdivision": True,
    "freethreading_compatible": False,
}

setup(
    ext_modules=cythonize(
        Extension("engine.core.*", ["engine/core/*.pyx"], extra_compile_args=["-O3", "-g0"]),
        compiler_directives=DIRECTIVES,
        nthreads=2,
    )
)
