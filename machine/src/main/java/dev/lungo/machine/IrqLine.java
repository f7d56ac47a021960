package dev.lungo.machine;

/** An interrupt request line, as a device sees it. Edge or level is the controller's affair. */
@FunctionalInterface
public interface IrqLine {
    /** Drives the line: true is asserted. Setting what it already is changes nothing. */
    void set(boolean asserted);
}
