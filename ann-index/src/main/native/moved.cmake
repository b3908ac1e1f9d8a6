# Deletes a build folder that was made for another source folder or in another place. CMake refuses
# to continue in a checkout that was copied or renamed.
# Usage: cmake -DSOURCE=FOLDER -DBUILD=FOLDER -P moved.cmake
if(EXISTS "${BUILD}/CMakeCache.txt")
  load_cache("${BUILD}" READ_WITH_PREFIX made_ CMAKE_HOME_DIRECTORY CMAKE_CACHEFILE_DIR)
  get_filename_component(source "${SOURCE}" REALPATH)
  get_filename_component(build "${BUILD}" REALPATH)
  get_filename_component(made_source "${made_CMAKE_HOME_DIRECTORY}" REALPATH)
  get_filename_component(made_build "${made_CMAKE_CACHEFILE_DIR}" REALPATH)
  if(NOT made_source STREQUAL source OR NOT made_build STREQUAL build)
    message(STATUS "built for ${made_source} before: builds anew")
    file(REMOVE_RECURSE "${BUILD}")
  endif()
endif()
