# The environment of FollowMe for bash. Source it from any directory:
#
#     . path/to/FollowMe/tools/env.sh
#
# Finds the ROS 2 that .venv was made for (its wheels, or an installed one, which is sourced if
# nobody did) and both packages of this repository, and puts the Fast DDS profile in force that
# carries whole images. A profile, a discovery range or a log folder of your own stays.

_fm_root="$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)"
_fm_venv="$_fm_root/.venv"
_fm_ros=wheels
[ -r "$_fm_venv/followme_ros" ] && _fm_ros="$(<"$_fm_venv/followme_ros")"

# Adds a folder in front of a list of paths, once, and only if it exists.
_fm_prepend() { # name of the variable, folder
  [ -d "$2" ] || return 0
  local list="${!1-}"
  case ":$list:" in *":$2:"*) return 0 ;; esac
  export "$1=$2${list:+:$list}"
}

if [ "$_fm_ros" = wheels ]; then
  export FOLLOWME_ROS=wheels ROS_DISTRO=jazzy ROS_VERSION=2 ROS_PYTHON_VERSION=3
  # without it each start of Python would start itself a second time to find the libraries
  export _ROS_WHEELS_BOOTSTRAP_COMPLETE=1
  for _fm_libs in "$_fm_venv"/lib/python3.*/site-packages/ros_*.libs; do
    _fm_prepend LD_LIBRARY_PATH "$_fm_libs"
  done
  _fm_prepend LD_LIBRARY_PATH "$_fm_venv/lib"
  _fm_prepend AMENT_PREFIX_PATH "$_fm_venv"
  _fm_prepend CMAKE_PREFIX_PATH "$_fm_venv"
elif [ -z "${ROS_DISTRO-}" ] && [ -r "$_fm_ros/setup.bash" ]; then
  # made for an installed ROS 2 that nobody has sourced in this shell
  case $- in *u*) _fm_nounset=1 ;; *) _fm_nounset= ;; esac
  set +u
  . "$_fm_ros/setup.bash"
  [ -n "$_fm_nounset" ] && set -u
fi

_fm_prepend PATH "$_fm_venv/bin"
for _fm_package in "$_fm_root"/install/followme_msgs "$_fm_root"/install/followme; do
  _fm_prepend AMENT_PREFIX_PATH "$_fm_package"
  _fm_prepend LD_LIBRARY_PATH "$_fm_package/lib"
  for _fm_site in "$_fm_package"/lib/python3.*/site-packages; do
    _fm_prepend PYTHONPATH "$_fm_site"
  done
done
_fm_prepend PYTHONPATH "$_fm_root/build/followme/src" # the executables of the nodes are listed here
_fm_prepend PYTHONPATH "$_fm_root/training"
_fm_prepend PYTHONPATH "$_fm_root/src"

# Fast DDS 2 reads the first name, Fast DDS 3 the second
export FASTRTPS_DEFAULT_PROFILES_FILE="${FASTRTPS_DEFAULT_PROFILES_FILE:-$_fm_root/config/fastdds.xml}"
export FASTDDS_DEFAULT_PROFILES_FILE="${FASTDDS_DEFAULT_PROFILES_FILE:-$_fm_root/config/fastdds.xml}"
# a walker's graph is nobody else's business unless somebody says so
export ROS_AUTOMATIC_DISCOVERY_RANGE="${ROS_AUTOMATIC_DISCOVERY_RANGE-LOCALHOST}"
export ROS_LOG_DIR="${ROS_LOG_DIR:-$_fm_root/log/ros}"

unset -f _fm_prepend
unset _fm_root _fm_venv _fm_ros _fm_libs _fm_package _fm_site _fm_nounset
