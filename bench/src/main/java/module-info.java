/** Whole guests, timed side by side with QEMU. */
@org.jspecify.annotations.NullMarked
module dev.lungo.bench {
    requires static org.jspecify;
    requires dev.lungo.isa;
}
