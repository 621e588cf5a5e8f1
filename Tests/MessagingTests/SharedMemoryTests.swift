import Foundation
import Messaging
import Testing

@Test func whatOneSideWritesTheOtherReads() throws {
    let made = try SharedMemory(byteCount: 100)
    let opened = try #require(SharedMemory(opening: made.place))
    #expect(opened.token == made.token && made.token.contains { $0 != 0 })
    let offset = SharedMemory.firstOffset + 96
    try #require(made.bytes(at: offset, count: 4)).storeBytes(of: 0x0102_0304, as: UInt32.self)
    let bytes = try #require(opened.bytes(at: offset, count: 4))
    #expect(bytes.load(as: UInt32.self) == 0x0102_0304)
    #expect(opened.offset(of: bytes) == offset && made.offset(of: bytes) == nil)
}

@Test func memoryIsThereForAsLongAsSomebodyHasItOpen() throws {
    var made: SharedMemory? = try SharedMemory(byteCount: 8)
    let place = try #require(made?.place)
    let opened = try #require(SharedMemory(opening: place))
    made = nil
    #expect(opened.bytes(at: SharedMemory.firstOffset, count: 8) != nil)
    #expect(SharedMemory(opening: place) == nil)
}

@Test(arguments: [(-1, 0, 0), (0, 1000, 0), (0, 0, 4), (0, 0, -4), (0, 0, -100_000)])
func aPlaceWithoutThatMemoryIsNotOpened(process: Int32, descriptor: Int32, bytes: Int) throws {
    let made = try SharedMemory(byteCount: 100)
    var place = made.place
    (place.process, place.descriptor) = (place.process * (process == 0 ? 1 : -1), place.descriptor + descriptor)
    place.byteCount += bytes
    #expect(SharedMemory(opening: place) == nil)
}

@Test func anOrdinaryFileIsNotOpened() throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "ssrm-test-\(UUID().uuidString)").path
    let file = open(path, O_RDWR | O_CREAT, 0o600)
    defer {
        close(file)
        unlink(path)
    }
    ftruncate(file, 8192)
    #expect(SharedMemory(opening: .init(process: getpid(), descriptor: file, byteCount: 8192)) == nil)
}

@Test(arguments: [(0, 4), (4095, 4), (4097, 4), (4096, 101), (4196, 1), (4096, -1), (Int.max, 4), (4096, Int.max)])
func bytesThatAreNotInTheMemoryAreNotGiven(offset: Int, count: Int) throws {
    #expect(try SharedMemory(byteCount: 100).bytes(at: offset, count: count) == nil)
}

@Test(arguments: [false, true]) func whoOnlyReadsCannotWrite(isWrittenTo: Bool) throws {
    let made = try SharedMemory(byteCount: 100)
    let opened = try #require(SharedMemory(opening: made.place, isWrittenTo: isWrittenTo))
    let start = try #require(opened.bytes(at: SharedMemory.firstOffset, count: 4)) - SharedMemory.firstOffset
    #expect((mprotect(start, 4096, PROT_READ | PROT_WRITE) == 0) == isWrittenTo)
}
