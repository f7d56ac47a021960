/**
 * Variables: what they are, who may see and change them, how they are kept, and Secure Boot, which
 * is told by them.
 */
package dev.lungo.firmware.uefi.variables;
