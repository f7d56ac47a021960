/** Facts of the x86-64 instruction set: no memory, no machine. */
@org.jspecify.annotations.NullMarked
module dev.lungo.isa {
    requires static org.jspecify;

    exports dev.lungo.isa;
    exports dev.lungo.isa.svm;
    exports dev.lungo.isa.vmx;
}
