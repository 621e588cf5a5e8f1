import Foundation
import Messaging
import Testing

private func waitFor(_ socket: Socket) throws -> [Frame] {
    for _ in 0..<100 {
        if let frames = try socket.receive() { return frames }
        try Poller.wait(for: socket, timeout: .milliseconds(100))
    }
    Issue.record("nothing came in ten seconds")
    return []
}

private final class Owner: Sendable {
    let bytes = [UInt8](repeating: 7, count: 100_000)
    let onEnd: @Sendable () -> Void
    init(onEnd: @escaping @Sendable () -> Void) { self.onEnd = onEnd }
    deinit { onEnd() }
}

@Test func whatADealerSendsComesToTheRouterAndBack() throws {
    let context = try Context()
    let router = try Socket(.router, in: context)
    let endpoint = try router.bind("tcp://127.0.0.1:*")
    let dealer = try Socket(.dealer, in: context)
    try dealer.setIdentity([1, 2, 3])
    try dealer.connect(endpoint)
    try dealer.send([.copied([9]), .copied([])])
    let frames = try waitFor(router)
    #expect(frames.map { Array($0.bytes) } == [[1, 2, 3], [9], []])
    try router.send([.copied([1, 2, 3]), .copied([4, 5])])
    #expect(try waitFor(dealer).map { Array($0.bytes) } == [[4, 5]])
}

@Test func sharedBytesAreKeptUntilTheyAreSentAndThenLetGo() throws {
    let released = DispatchSemaphore(value: 0)
    let context = try Context()
    let router = try Socket(.router, in: context)
    let dealer = try Socket(.dealer, in: context)
    try dealer.connect(router.bind("tcp://127.0.0.1:*"))
    do {
        let owner = Owner { released.signal() }
        try owner.bytes.withUnsafeBytes { try dealer.send([.shared($0, owner: owner)]) }
    }
    #expect(try waitFor(router).last.map { Array($0.bytes) } == [UInt8](repeating: 7, count: 100_000))
    #expect(released.wait(timeout: .now() + 10) == .success)
}

@Test func aPortInUseIsNamed() throws {
    let context = try Context()
    let first = try Socket(.router, in: context)
    let endpoint = try first.bind("tcp://127.0.0.1:*")
    let second = try Socket(.router, in: context)
    let error = #expect(throws: SocketError.self) { try second.bind(endpoint) }
    #expect(error?.description == "\(endpoint): the port is in use; choose another or end the program that holds it")
}

@Test func aFrameBeyondTheLimitNeverComes() throws {
    let context = try Context()
    let router = try Socket(.router, in: context)
    try router.setFrameLimit(bytes: 1000)
    let endpoint = try router.bind("tcp://127.0.0.1:*")
    let large = try Socket(.dealer, in: context)
    try large.connect(endpoint)
    try large.send([.copied([UInt8](repeating: 1, count: 1001))])
    let small = try Socket(.dealer, in: context)
    try small.connect(endpoint)
    try small.send([.copied([2])])
    #expect(try waitFor(router).last.map { Array($0.bytes) } == [2])
}

@Test func aMailboxGivesItemsInOrderAndWakesAPoll() throws {
    let mailbox = try Mailbox<Int>()
    #expect(mailbox.takeAll().isEmpty)
    Thread.detachNewThread { for i in 0..<100 { mailbox.put(i) } }
    var items: [Int] = []
    // A wait can come back with nothing: what woke it was taken by the wait before.
    for _ in 0..<1000 where items.count < 100 { items += mailbox.wait(timeout: .seconds(10)) }
    #expect(items == Array(0..<100))
}
