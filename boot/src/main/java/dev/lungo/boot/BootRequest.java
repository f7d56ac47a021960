package dev.lungo.boot;

import java.util.List;

/**
 * What is to be started, and in which machine.
 *
 * @param modules the initrd, or what a Multiboot kernel takes along
 * @param commandLine without the kernel's name
 * @param rsdp guest-physical address of the ACPI tables' root, or 0 if there are none
 */
public record BootRequest(
        BootFile kernel, List<BootFile> modules, String commandLine, MemoryMap map, long rsdp) {
    public BootRequest {
        modules = List.copyOf(modules);
        if (commandLine.indexOf('\0') >= 0) {
            throw new BootException("the command line has a NUL character in it; leave it out");
        }
    }
}
