using System.Buffers.Binary;
using System.Text;

namespace DetrPerfLab.Tests.Models;

/// <summary>Files made to run code, to fill the memory, to read outside a storage. Each gets a message that names the culprit.</summary>
public sealed class CheckpointHostileTests : IDisposable
{
    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("os", "system")]
    [InlineData("builtins", "eval")]
    [InlineData("posix", "system")]
    [InlineData("torch", "load")]
    [InlineData("collections", "OrderedDict.fromkeys")]
    [InlineData("numpy.core.multiarray", "_reconstruct")]
    public void Load_OtherGlobal_IsRefusedByName(string module, string name)
    {
        RefusedPickle(new PickleWriter().Proto().Global(module, name).Text("touch x").Op((char)0x85, 'R').Stop(), $"'{module}.{name}'");
        RefusedPickle(new PickleWriter().Proto().Text(module).Text(name).Op((char)0x93).Stop(), $"'{module}.{name}'");
    }

    [Fact]
    public void Load_TensorBeyondItsStorage_IsRefused()
    {
        RefusedTensor(count: 4, start: 0, shape: [5], strides: [1], "reaches element 4 of storage 'archive/data/0', which has 4");
        RefusedTensor(count: 4, start: 1, shape: [4], strides: [1], "reaches element 4");
        RefusedTensor(count: 4, start: 0, shape: [2, 2], strides: [3, 1], "reaches element 4");
        RefusedTensor(count: 4, start: -1, shape: [2], strides: [1], "begins at element -1");
        RefusedTensor(count: 4, start: long.MaxValue, shape: [2], strides: [long.MaxValue], "reaches element");
        RefusedTensor(count: 4, start: 0, shape: [2], strides: [-1], "stride -1");
        RefusedTensor(count: 4, start: 0, shape: [2], strides: [1, 1], "2 strides");
    }

    [Fact]
    public void Load_ShapeLargerThanTheFile_IsRefusedBeforeAllocation()
    {
        RefusedTensor(count: 4, start: 0, shape: [1L << 40], strides: [0], "more elements than a file of that size can hold");
        RefusedTensor(count: 4, start: 0, shape: [long.MaxValue, long.MaxValue, long.MaxValue], strides: [0, 0, 0], "more elements");
        RefusedTensor(count: 4, start: 0, shape: [0, long.MaxValue], strides: [1, 1], "none of them empty");
        RefusedTensor(count: 1L << 40, start: 0, shape: [4], strides: [1], "its pickle says 1099511627776 elements");
    }

    [Fact]
    public void Load_ManyTensorsOnOneStorage_AreLimitedByTheFile()
    {
        // 2,000 views of one storage of 4,000 elements: 32 MB out of a file of some 300 kB.
        var pickle = new PickleWriter().Proto().EmptyDict().Mark();
        for (var i = 0; i < 2000; i++) { pickle.Text($"t{i}").Tensor("FloatStorage", "0", 4000, 0, [4000], [1]); }
        RefusedPickle(pickle.Op('u').Stop(), "more elements than a file of that size can hold", new byte[16000]);
    }

    [Fact]
    public void Load_DeepNesting_NeedsNoStack()
    {
        const int Depth = 100_000;
        RefusedPickle(Nested(w => w.Op(']'), w => w.Op('a')), "holds no dict");
        RefusedPickle(Nested(w => w.Op('('), w => w.Op('t')), "holds no dict");
        RefusedPickle(Nested(w => w.EmptyDict().Op('K', (char)1), w => w.Op('s')), "no dict in it holds tensors"); // keys are numbers
        RefusedPickle(Nested(w => w.EmptyDict().Op('U', (char)1, 'k'), w => w.Op('s')), "no dict in it holds tensors");
        RefusedPickle(new PickleWriter().Proto().Global("torch._tensor", "_rebuild_from_type_v2").Op('q', (char)0, '0').Op([.. Nested(w => w.Op('h', (char)0, 'h', (char)0), w => w.Op((char)0x86, 'R'), proto: false).Select(b => (char)b)]).Stop(), "torch._tensor._rebuild_from_type_v2");

        static byte[] Nested(Action<PickleWriter> open, Action<PickleWriter> close, bool proto = true)
        {
            var pickle = proto ? new PickleWriter().Proto() : new PickleWriter();
            for (var i = 0; i < Depth; i++) { open(pickle); }
            pickle.Op('N');
            for (var i = 0; i < Depth; i++) { close(pickle); }
            return proto ? pickle.Stop() : pickle.Stop()[..^1];
        }
    }

    [Fact]
    public void Load_LongNameThatIsRecalled_FillsNoMemory()
    {
        // A text of 1 MB, recalled a hundred thousand times: as the name of a tensor, of a dict, of a class.
        const int Times = 100_000;
        var text = new string('x', 1 << 20);
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        RefusedPickle(Repeated(w => w.Op('h', (char)0, 'h', (char)1)), "a tensor's name has 1048576 characters, the limit is 512");
        RefusedPickle(Repeated(w => w.Op('h', (char)0, '}')), "no dict in it holds tensors");
        RefusedPickle(Repeated(w => w.Op('h', (char)0, 'h', (char)0, 'h', (char)0, (char)0x93)), "a global whose name has 2097152 characters");
        RefusedPickle(Repeated(w => w.Op('h', (char)2, 'h', (char)2, 'h', (char)2, (char)0x93)), "under 'a' it holds the Python object 'a.a'");
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - allocated, 0, 1L << 30);

        byte[] Repeated(Action<PickleWriter> entry)
        {
            var pickle = new PickleWriter().Proto().Text(text).Op('q', (char)0, '0').Tensor("FloatStorage", "0", 4, 0, [4], [1]).Op('q', (char)1, '0').Text("a").Op('q', (char)2, '0').EmptyDict().Mark();
            for (var i = 0; i < Times; i++) { entry(pickle); }
            return pickle.Op('u').Stop();
        }
    }

    [Fact]
    public void Load_StorageOfUnknownType_StopsAFileOnlyWhereATensorNeedsIt()
    {
        static PickleWriter Unknown(PickleWriter pickle, string name) => pickle.Text(name).Tensor("QUInt4x2Storage", "9", 4, 0, [4], [1]);
        RefusedPickle(Unknown(new PickleWriter().Proto().EmptyDict(), "class_embed.weight").Op('s').Stop(), "'torch.QUInt4x2Storage'");
        Write([("archive/data.pkl", Unknown(new PickleWriter().Proto().EmptyDict().Text("t").Tensor("FloatStorage", "0", 4, 0, [4], [1]).Op('s'), "u").Op('s').Stop()), ("archive/data/0", new byte[16])]);
        Assert.Equal("t", Assert.Single(CheckpointFormatTests.ReadTensors(File1)).Name);
    }

    [Theory]
    [InlineData("torch._utils", "_rebuild_tensor_v2")]
    [InlineData("torch._utils", "_rebuild_parameter")]
    [InlineData("torch", "Size")]
    [InlineData("torch", "FloatStorage")]
    [InlineData("collections", "OrderedDict")]
    public void Load_KnownGlobalWithOddArguments_StopsAFileOnlyWhereATensorNeedsIt(string module, string name)
    {
        PickleWriter Odd(PickleWriter pickle) => pickle.Global(module, name).Mark().Text("x").Op(']', 'N', 't', 'R', '}', 'b', 'N', 'a');
        Write([("archive/data.pkl", Odd(new PickleWriter().Proto().EmptyDict().Text("t").Tensor("FloatStorage", "0", 4, 0, [4], [1]).Op('}', 'b', 's').Text("u")).Op('s').Stop()), ("archive/data/0", new byte[16])]);
        Assert.Equal("t", Assert.Single(CheckpointFormatTests.ReadTensors(File1)).Name);
        RefusedPickle(Odd(new PickleWriter().Proto().EmptyDict().Text("class_embed.weight")).Op('s').Stop(), $"'{module}.{name}'");
    }

    [Fact]
    public void Load_SafetensorsWithTypesThatNoWeightHas_ReadsTheOthers()
    {
        File.WriteAllBytes(File1, CheckpointWriter.Safetensors("""{"model.class_embed.bias":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"scales":{"dtype":"F8_E4M3","shape":[4],"data_offsets":[4,8]}}""", dataBytes: 8));
        Assert.Equal("class_embed.bias", Assert.Single(CheckpointFormatTests.ReadTensors(File1)).Name);
    }

    [Fact]
    public void Load_SelfContainingDict_Ends() =>
        RefusedPickle(new PickleWriter().Proto().EmptyDict().Op('q', (char)0).Text("model").Op('h', (char)0, 's').Stop(), "no dict in it holds tensors");

    [Fact]
    public void Load_EndlessOpcodes_AreLimited()
    {
        var pickle = new byte[3_000_000];
        pickle.AsSpan().Fill((byte)'}');
        RefusedPickle(pickle, "more than 1000000 opcodes");
    }

    [Fact]
    public void Load_MemoBomb_IsLimited()
    {
        // One list of 1,000 pairs, copied by ever more calls: what a call copies counts like opcodes.
        var pickle = new PickleWriter().Proto().Op(']', 'q', (char)0).Mark();
        for (var i = 0; i < 1000; i++) { pickle.Op(']', 'N', 'a', 'N', 'a'); }
        pickle.Op('e');
        for (var i = 0; i < 2000; i++) { pickle.Global("collections", "OrderedDict").Op('h', (char)0, (char)0x85, 'R'); }
        RefusedPickle(pickle.Stop(), "more than 1000000 opcodes");
    }

    [Theory]
    [InlineData(new byte[] { 0x80, 2, (byte)'X', 255, 255, 255, 127 }, "needs 2147483647 more")]
    [InlineData(new byte[] { 0x80, 2, 0x8d, 255, 255, 255, 255, 255, 255, 255, 255 }, "needs 18446744073709551615 more")]
    [InlineData(new byte[] { 0x80, 2, (byte)'h', 9 }, "memo 9")]
    [InlineData(new byte[] { 0x80, 2, (byte)'a' }, "the stack is empty")]
    [InlineData(new byte[] { 0x80, 2, (byte)'t' }, "no mark")]
    [InlineData(new byte[] { 0x80, 9 }, "protocol 9")]
    [InlineData(new byte[] { 0x80, 2, (byte)'i' }, "opcode 0x69")]
    [InlineData(new byte[] { 0x80, 2, (byte)'c', (byte)'o' }, "without an end")]
    [InlineData(new byte[] { 0x80, 2, (byte)'N', (byte)'Q', (byte)'.' }, "no storage")]
    [InlineData(new byte[] { 0x80, 2, (byte)'N', (byte)'N', (byte)'R', (byte)'.' }, "cannot be called")]
    [InlineData(new byte[] { 0x80, 2, (byte)'N', (byte)'b', (byte)'.' }, "the stack is empty")]
    [InlineData(new byte[] { 0x80, 2, (byte)'j', 255, 255, 255, 255, (byte)'.' }, "memo 4294967295")]
    [InlineData(new byte[] { 0x80, 2, 0x8b, 255, 255, 255, 255, (byte)'.' }, "needs 4294967295 more")]
    [InlineData(new byte[] { 0x80, 2, (byte)'}', (byte)'(', (byte)'N', (byte)'u', (byte)'.' }, "a key without a value")]
    public void Load_BrokenPickle_SaysWhereAndWhat(byte[] pickle, string expected) => RefusedPickle(pickle, expected);

    [Theory]
    [InlineData("../evil")]
    [InlineData("/etc/passwd")]
    [InlineData("archive/../../evil")]
    [InlineData("archive\\evil")]
    public void Load_MemberThatLeavesItsFolder_IsRefused(string name) =>
        Refused([("archive/data.pkl", new PickleWriter().Proto().EmptyDict().Stop()), (name, [1])], "leaves its folder");

    [Fact]
    public void Load_TwoMembersOfOneName_AreRefused() =>
        Refused([("archive/data.pkl", new PickleWriter().Proto().EmptyDict().Stop()), ("archive/data/0", [1]), ("archive/data/0", [2])], "two zip members are named 'archive/data/0'");

    [Fact]
    public void Load_OverlappingMembers_AreRefused()
    {
        Write([("archive/data.pkl", new PickleWriter().Proto().EmptyDict().Stop()), ("archive/data/0", new byte[64]), ("archive/data/1", new byte[64])]);
        // Points the second storage at the first one's local header.
        var bytes = File.ReadAllBytes(File1);
        var (first, second) = (LastEntry(bytes, "archive/data/0"), LastEntry(bytes, "archive/data/1"));
        bytes.AsSpan(first + 42, 4).CopyTo(bytes.AsSpan(second + 42));
        File.WriteAllBytes(File1, bytes);
        CheckpointFormatTests.Refused(File1, "overlaps another");
    }

    [Fact]
    public void Load_EmptyMemberBetweenOverlappingOnes_HidesNothing()
    {
        byte[] header = [.. "PK\x03\x04"u8, .. new byte[26]];
        Write([("archive/data.pkl", new PickleWriter().Proto().EmptyDict().Stop()), ("archive/data/0", [.. header, .. new byte[64]]), ("archive/data/1", []), ("archive/data/2", new byte[64])]);
        // Points the empty storage and the third at a local header inside the first one.
        var bytes = File.ReadAllBytes(File1);
        var inside = bytes.AsSpan().IndexOf(header);
        foreach (var name in (string[])["archive/data/1", "archive/data/2"]) { BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(LastEntry(bytes, name) + 42), inside); }
        File.WriteAllBytes(File1, bytes);
        CheckpointFormatTests.Refused(File1, "zip member 'archive/data/2' overlaps another");
    }

    [Fact]
    public void Load_ZipBomb_IsRefused()
    {
        using (var zip = new System.IO.Compression.ZipArchive(File.Create(File1), System.IO.Compression.ZipArchiveMode.Create))
        using (var stream = zip.CreateEntry("archive/data.pkl").Open())
        {
            stream.Write(new byte[1 << 20]);
        }

        CheckpointFormatTests.Refused(File1, "'archive/data.pkl' is compressed");
    }

    [Fact]
    public void Load_FlippedBitInAStorage_IsFoundByItsChecksum()
    {
        var path = _folder.File("flip.pth");
        CheckpointWriter.WriteZip(path, [new("t", [4], [1, 2, 3, 4])]);
        Assert.Single(CheckpointFormatTests.ReadTensors(path));
        var bytes = File.ReadAllBytes(path);
        bytes[bytes.AsSpan().IndexOf(BitConverter.GetBytes(3f)) + 1] ^= 4;
        File.WriteAllBytes(path, bytes);
        var mistake = Assert.Throws<LabException>(() => CheckpointFormatTests.ReadTensors(path));
        Assert.Contains("'archive/data/0' has checksum", mistake.Message);
    }

    [Theory]
    [InlineData("""{"t":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", "tensor 't' has shape [2] of F32 at data bytes 0 to 4")]
    [InlineData("""{"t":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", "data bytes 4 to 12 of 8")]
    [InlineData("""{"t":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}""", "data bytes -8 to 0")]
    [InlineData("""{"t":{"dtype":"F32","shape":[-1,-2],"data_offsets":[0,8]}}""", "shape [-1,-2]")]
    [InlineData("""{"t":{"dtype":"F32","shape":[4611686018427387904,4611686018427387904],"data_offsets":[0,0]}}""", "shape [4611686018427387904")]
    [InlineData("""{"t":{"dtype":"F8","shape":[2],"data_offsets":[0,8]}}""", "type 'F8'")]
    [InlineData("""{"t":{"dtype":"F32","shape":[1.5],"data_offsets":[0,8]}}""", "lacks dtype, shape")]
    [InlineData("""{"t":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"u":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "tensor 'u' overlaps")]
    [InlineData("""{"t":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"t":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "'t' comes twice")]
    [InlineData("""{"t":[[[[[[]]]]]]}""", "no valid JSON")]
    [InlineData("""{"t":5}""", "lacks dtype")]
    [InlineData("""{"t" """, "no valid JSON")]
    public void Load_BrokenSafetensors_NamesTheTensor(string header, string expected)
    {
        File.WriteAllBytes(File1, CheckpointWriter.Safetensors(header, dataBytes: 8));
        CheckpointFormatTests.Refused(File1, expected);
    }

    [Fact]
    public void Load_SafetensorsWithoutItsData_IsRefused()
    {
        var whole = File.ReadAllBytes(Path.Combine(CheckpointFormatTests.Folder, "state.safetensors"));
        File.WriteAllBytes(File1, whole[..^1]);
        CheckpointFormatTests.Refused(File1, "tensor 'corner'");
    }

    [Fact]
    public void Load_TruncatedLegacy_NamesTheStorage()
    {
        var whole = File.ReadAllBytes(Path.Combine(CheckpointFormatTests.Folder, "state.legacy.pth"));
        File.WriteAllBytes(File1, whole[..^5]);
        CheckpointFormatTests.Refused(File1, "storage '");
    }

    [Theory]
    [InlineData("state.zip.pth")]
    [InlineData("training.zip.pth")]
    [InlineData("state.legacy.pth")]
    [InlineData("training.legacy.pth")]
    [InlineData("state.safetensors")]
    public void Read_FlippedAndTruncatedBytes_GivesAMessageOrTensors(string name)
    {
        const int Cases = 600;
        var whole = File.ReadAllBytes(Path.Combine(CheckpointFormatTests.Folder, name));
        var random = new Random(20260101);
        var refused = 0;
        // A damaged length or count must not be believed: the whole run stays far below what one believed 32-bit number would cost.
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Cases; i++)
        {
            var bytes = whole.ToArray();
            for (var flips = random.Next(1, 4); flips > 0; flips--) { bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8)); }
            if (i % 3 == 0) { bytes = bytes[..random.Next(bytes.Length)]; }
            File.WriteAllBytes(File1, bytes);
            try
            {
                CheckpointFormatTests.ReadTensors(File1);
            }
            catch (LabException mistake) when (mistake.ExitCode == ExitCode.BadInput)
            {
                refused++;
            }
        }

        Assert.InRange(refused, Cases / 3, Cases);
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - allocated) / Cases, 0, 1 << 20);
    }

    string File1 => _folder.File("m.pth");

    void Write((string Name, byte[] Content)[] members) => CheckpointWriter.WriteMembers(File1, members);

    void Refused((string Name, byte[] Content)[] members, string expected)
    {
        Write(members);
        CheckpointFormatTests.Refused(File1, expected);
    }

    void RefusedPickle(byte[] pickle, string expected, byte[]? storage = null) =>
        Refused([("archive/data.pkl", pickle), ("archive/data/0", storage ?? new byte[16])], expected);

    void RefusedTensor(long count, long start, long[] shape, long[] strides, string expected) =>
        RefusedPickle(new PickleWriter().Proto().EmptyDict().Text("t").Tensor("FloatStorage", "0", count, start, shape, strides).Op('s').Stop(), expected);

    /// <summary>Where the central directory's entry of that member begins.</summary>
    static int LastEntry(byte[] zip, string name)
    {
        var at = zip.AsSpan().LastIndexOf(Encoding.UTF8.GetBytes(name)) - 46;
        Assert.True(zip.AsSpan(at).StartsWith("PK\x01\x02"u8));
        return at;
    }
}
