package dev.baton.diff;

class BinaryContractTest extends DifferencingContract {
    BinaryContractTest() {
        super(Methods.Method.BINARY);
    }
}
