# For CMAKE_PROJECT_TOP_LEVEL_INCLUDES, when interfaces are built against the ROS 2 wheels of a Python environment.
#
# The wheels' message packages export include folders of the machine that built them (/opt/python/...) on their
# *__rosidl_generator_py targets. CMake stops at folders that do not exist, so they are taken out once every
# package has been found. A ROS 2 installed from Debian packages needs none of this.

function(drop_include_folders_of_the_wheel_builder)
  get_property(targets DIRECTORY "${CMAKE_SOURCE_DIR}" PROPERTY IMPORTED_TARGETS)
  list(FILTER targets INCLUDE REGEX "__rosidl_generator_py$")
  foreach(target IN LISTS targets)
    get_target_property(folders ${target} INTERFACE_INCLUDE_DIRECTORIES)
    if(folders)
      list(FILTER folders EXCLUDE REGEX "^/opt/python/")
      set_target_properties(${target} PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${folders}")
    endif()
  endforeach()
endfunction()

cmake_language(DEFER DIRECTORY "${CMAKE_SOURCE_DIR}" CALL drop_include_folders_of_the_wheel_builder)
