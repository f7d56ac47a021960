package dev.lungo.metal;

/**
 * Which hypervisor the image has: {@code lungo metal build --hypervisor} writes another in here.
 */
public final class Chosen {
    private Chosen() {}

    public static Hypervisor hypervisor() {
        return new Hypervisor() {};
    }
}
