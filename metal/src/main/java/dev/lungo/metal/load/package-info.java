/** How the machine was booted, and what is booted next. */
@org.jspecify.annotations.NullMarked
package dev.lungo.metal.load;
