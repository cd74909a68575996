import Store
struct TableText { init(_ report: Report) {}
 var text: String { "" } }
