package dev.baton.diff;

class GraphContractTest extends DifferencingContract {
    GraphContractTest() {
        super(Methods.Method.GRAPH);
    }
}
