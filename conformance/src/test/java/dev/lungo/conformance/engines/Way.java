package dev.lungo.conformance.engines;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lungo.cpu.SoftEngine;
import dev.lungo.kvm.KvmEngine;
import dev.lungo.machine.Engine;
import java.util.Set;

/** How a guest can be run: every engine, in each of its tiers. */
enum Way {
    INTERPRETER,
    NATIVE,
    /** With its own local APICs. */
    KVM,
    /** With local APICs of {@code machine}'s. */
    KVM_WITHOUT_APICS,
    /** The interpreter and KVM side by side. */
    LOCK_STEP;

    static {
        // Read by the translator's class: what is come to once is to be translated, too.
        System.setProperty("lungo.entriesBefore", "1");
    }

    /** The engine; the test is skipped, and says why, where this host cannot run it. */
    Engine engine() {
        if (this == LOCK_STEP) {
            return new LockStep(INTERPRETER.engine(), KVM.engine());
        }
        Engine engine =
                switch (this) {
                    case KVM -> KvmEngine.withKernelApics();
                    case KVM_WITHOUT_APICS -> KvmEngine.withoutKernelApics();
                    default -> new SoftEngine();
                };
        engine.obstacle().ifPresent(why -> assumeTrue(false, why));
        if (isKvm()) {
            return engine;
        }
        String tier = name().toLowerCase(java.util.Locale.ROOT);
        assumeTrue(engine.hasTier(tier), "this host has no native tier");
        // With statistics, there is a translator from the first instruction on.
        Set<Engine.Aid> aids = this == NATIVE ? Set.of(Engine.Aid.STATISTICS) : Set.of();
        return engine.withTier(tier).with(aids);
    }

    /** Whether KVM has a part in it. */
    boolean isKvm() {
        return this != INTERPRETER && this != NATIVE;
    }

    /** Skips a test in which several things happen at once. */
    void assumeOneThread() {
        assumeTrue(this != LOCK_STEP, "lock-step has one thread");
    }

    /** Skips a test in which chips of a board send interrupts. */
    void assumeOneBoard() {
        assumeTrue(this != LOCK_STEP, "the second of a lock-step has no board");
    }
}
