package dev.lungo.metal;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** For tests on HotSpot: notes what a {@link Hypervisor} asks for when it begins. */
public final class NotedIntercepts implements Intercepts {
    /** In the order of the calls: {@code port 70h}, {@code reads of 8Bh}, {@code timer 1000}. */
    public final List<String> noted = new ArrayList<>();

    private void note(String what, long number) {
        noted.add(what + " " + Long.toHexString(number).toUpperCase(Locale.ROOT) + "h");
    }

    @Override
    public void readsOf(int msr) {
        note("reads of", msr & 0xFFFF_FFFFL);
    }

    @Override
    public void writesOf(int msr) {
        note("writes of", msr & 0xFFFF_FFFFL);
    }

    @Override
    public void port(int port) {
        note("port", port);
    }

    @Override
    public void writesOfControl(int register) {
        noted.add("writes of CR" + register);
    }

    @Override
    public void xsetbv() {
        noted.add("xsetbv");
    }

    @Override
    public void exception(int vector) {
        noted.add("exception " + vector);
    }

    @Override
    public void interrupts() {
        noted.add("interrupts");
    }

    @Override
    public void timer(long ticks) {
        noted.add("timer " + ticks);
    }

    @Override
    public void writesToPage(long guestPhysical) {
        note("writes to", guestPhysical);
    }
}
