/** A type-1 hypervisor: it goes under the operating system, and asks a class what to do. */
@org.jspecify.annotations.NullMarked
module dev.lungo.metal {
    requires dev.lungo.isa;
    requires static org.jspecify;

    exports dev.lungo.metal;
    exports dev.lungo.metal.examples;
}
