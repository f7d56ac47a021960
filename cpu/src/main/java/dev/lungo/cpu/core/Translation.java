package dev.lungo.cpu.core;

/**
 * The seam where nested paging (EPT, NPT) enters: every guest-physical address that a page walk
 * reads from or ends in goes through here.
 */
@FunctionalInterface
public interface Translation {
    /** Without nesting, guest-physical addresses are physical. */
    Translation NONE = (guestPhysical, access) -> guestPhysical;

    /**
     * The physical address.
     *
     * @param access one of {@link PageWalker#READ}, {@link PageWalker#WRITE}, {@link
     *     PageWalker#EXECUTE}
     */
    long translate(long guestPhysical, int access);
}
