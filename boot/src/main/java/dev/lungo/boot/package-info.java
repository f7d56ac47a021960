/**
 * What happens between power-up and the first instruction of a kernel, when no guest code does it.
 *
 * <p>To start a machine: make its {@link dev.lungo.boot.MemoryMap}, write {@link
 * dev.lungo.boot.acpi.AcpiTables} and {@link dev.lungo.boot.smbios.Smbios} into its memory, and
 * give a {@link dev.lungo.boot.BootRequest} to {@link dev.lungo.boot.KernelLoader}, which answers
 * with the registers to begin with.
 *
 * <p>A boot protocol is a package: a reader, which checks the file, and a loader, which places it
 * by {@link dev.lungo.boot.GuestRam}. Files come from anybody, so whatever is wrong with one ends
 * as a {@link dev.lungo.boot.BootException}, in time and memory bounded by the file's and the
 * guest's.
 */
package dev.lungo.boot;
