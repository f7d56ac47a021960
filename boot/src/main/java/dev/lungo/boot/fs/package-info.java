/**
 * File systems on disks and partitions, behind one border: a {@link dev.lungo.boot.fs.Volume} and
 * its {@link dev.lungo.boot.fs.FileNode}s. {@link dev.lungo.boot.fs.Volumes} tells what a disk has.
 *
 * <p>What is on a disk comes from anybody. Whatever is wrong with it is a {@link
 * dev.lungo.boot.fs.VolumeException}, after a time that the size of the volume bounds, and nothing
 * outside the volume is read or written.
 */
package dev.lungo.boot.fs;
