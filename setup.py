"""The ament_python package followme: what colcon installs, and where."""

from pathlib import Path

from setuptools import find_packages, setup

NODES = (
    "camera",
    "face_detector",
    "object_detector",
    "segmenter",
    "depth_estimator",
    "obstacle_fusion",
    "speech",
    "overlay",
    "bag_player",
    "bag_recorder",
)
SHARED = {
    "launch": ["launch/*.py"],
    "config": ["config/*.*"],
    "config/walks": ["config/walks/*.yaml"],
    "rviz": ["rviz/*"],
    "models": ["models/*.onnx", "models/*.json"],
}


def data_files():
    """Return (folder of the install space, files) pairs; colcon wants plain relative paths."""
    found = [
        ("share/ament_index/resource_index/packages", ["resource/followme"]),
        ("share/followme", ["package.xml"]),
    ]
    for folder, patterns in SHARED.items():
        files = sorted(str(path) for pattern in patterns for path in Path().glob(pattern))
        if files:
            found.append((f"share/followme/{folder}", files))
    return found


setup(
    name="followme",
    version="0.1.0",
    description="Tells a blind or low-vision walker, in words, what stands in the way and how far.",
    license="Apache-2.0",
    maintainer="FollowMe maintainers",
    maintainer_email="maintainers@followme.invalid",
    packages=find_packages(where="src", include=["followme", "followme.*"]),
    package_dir={"": "src"},
    package_data={"followme.voices": ["sounds/*/*.wav", "sounds/*/*.json"]},
    data_files=data_files(),
    install_requires=["setuptools"],
    zip_safe=False,
    entry_points={
        "console_scripts": [
            "followme = followme.cli.main:main",
            *(f"{node} = followme.nodes.{node}:main" for node in NODES),
        ]
    },
)
