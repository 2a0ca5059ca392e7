"""The Cython extensions; everything else about the project is in pyproject.toml."""

import numpy
from Cython.Build import cythonize
from setuptools import Extension, setup

DIRECTIVES = {
    "language_level": 3,
    "boundscheck": False,
    "wraparound": False,
    "cdivision": True,
    "initializedcheck": False,
    "freethreading_compatible": False,
}

setup(
    ext_modules=cythonize(
        Extension(
            "engine.core.*",
            ["engine/core/*.pyx"],
            include_dirs=[numpy.get_include()],
            define_macros=[("NPY_NO_DEPRECATED_API", "NPY_2_0_API_VERSION")],
            extra_compile_args=["-O3"],
        ),
        compiler_directives=DIRECTIVES,
        nthreads=2,
    )
)
