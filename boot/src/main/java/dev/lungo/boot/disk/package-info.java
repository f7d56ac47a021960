/**
 * How disks are divided, and what a CD says can be booted from it. All of it is read through a
 * {@link dev.lungo.machine.BlockBackend}, and a piece of a disk is one again: a {@link
 * dev.lungo.boot.disk.Slice}.
 */
package dev.lungo.boot.disk;
