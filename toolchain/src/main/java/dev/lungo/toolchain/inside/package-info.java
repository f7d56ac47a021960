/** What is compiled into images beside the program. */
@org.jspecify.annotations.NullMarked
package dev.lungo.toolchain.inside;
