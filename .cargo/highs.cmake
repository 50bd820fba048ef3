# How the build script of highs-sys compiles HiGHS.

# Its sources share large headers: many of them in one go read those once.
set(CMAKE_UNITY_BUILD ON)
set(CMAKE_UNITY_BUILD_BATCH_SIZE 24)

# Tests plan weeks, not cities: a quick build serves them better than a quick solver. (OPT_LEVEL is cargo's.)
if("$ENV{OPT_LEVEL}" STREQUAL "0")
    set(CMAKE_CXX_FLAGS_RELEASE "-O1 -DNDEBUG" CACHE STRING "flags of the dev profile")
endif()
