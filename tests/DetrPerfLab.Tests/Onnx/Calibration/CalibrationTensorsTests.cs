using System.Text;
using DetrPerfLab.Onnx.Proto;
using Google.Protobuf;

namespace DetrPerfLab.Tests.Onnx;

public class CalibrationTensorsTests
{
    const string Good = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }";

    [Theory]
    [InlineData("<f4", new byte[] { 0, 0, 128, 63, 0, 0, 0, 64 }, 1, 2)]
    [InlineData("<f2", new byte[] { 0, 60, 0, 64 }, 1, 2)]
    [InlineData("<i4", new byte[] { 1, 0, 0, 0, 2, 0, 0, 0 }, 1, 2)]
    [InlineData("<i8", new byte[] { 1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0 }, 1, 2)]
    [InlineData("|u1", new byte[] { 1, 2 }, 1, 2)]
    [InlineData("|b1", new byte[] { 1, 0 }, 1, 0)]
    public void Npy_EachType_IsRead(string type, byte[] data, float first, float second)
    {
        using var folder = new TempFolder();
        Write(folder.File("a.npy"), Good.Replace("<f4", type), data);
        Assert.Equal([first, second], NpyFile.Read(folder.File("a.npy"), "x").ToFloats());
    }

    [Theory]
    [InlineData("{'descr': '<f4', 'fortran_order': True, 'shape': (1, 2), }", "Fortran order")]
    [InlineData("{'descr': '>f4', 'fortran_order': False, 'shape': (1, 2), }", "element type '>f4'")]
    [InlineData("{'descr': '|O', 'fortran_order': False, 'shape': (1, 2), }", "element type '|O'")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 3), }", "8 bytes of data")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (9999999999, 9999999999), }", "lengths that memory can hold")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (9999999999999999999,), }", "an axis is")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (-1, 2), }", "its header is not")]
    [InlineData("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,), }", "its header is not")]
    [InlineData("__import__('os').system('true')", "its header is not")]
    public void Npy_Hostile_IsRefused(string header, string message)
    {
        using var folder = new TempFolder();
        Write(folder.File("a.npy"), header, new byte[8]);
        Assert.Contains(message, Assert.Throws<LabException>(() => NpyFile.Read(folder.File("a.npy"), "x")).Message);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(6)]
    [InlineData(9)]
    [InlineData(40)]
    public void Npy_CutShort_IsRefused(int length)
    {
        using var folder = new TempFolder();
        Write(folder.File("a.npy"), Good, new byte[8]);
        File.WriteAllBytes(folder.File("a.npy"), File.ReadAllBytes(folder.File("a.npy"))[..length]);
        Assert.Equal(ExitCode.BadInput, Assert.Throws<LabException>(() => NpyFile.Read(folder.File("a.npy"), "x")).ExitCode);
    }

    [Fact]
    public void Of_OneInput_EachFileIsASample()
    {
        using var folder = new TempFolder();
        Write(folder.File("s10.npy"), Good, BitConverter.GetBytes(10f).Concat(new byte[4]).ToArray());
        Write(folder.File("s9.npy"), Good, BitConverter.GetBytes(9f).Concat(new byte[4]).ToArray());
        File.WriteAllBytes(folder.File("s11.pb"), OnnxTensors.Create<float>("x", [1, 2], [11f, 0]).ToByteArray());
        var samples = CalibrationTensors.Of(OneInput(), folder.Path, most: 5);
        Assert.Equal([9f, 10f, 11f], samples.Select(s => s["x"].Floats[0]));
        Assert.Equal(2, CalibrationTensors.Of(OneInput(), folder.Path, most: 2).Count);
    }

    [Fact]
    public void Of_SeveralInputs_EachFolderIsASample()
    {
        using var folder = new TempFolder();
        var model = new TestGraph().Input("x", 1, 2).Input("in/b", 1, 2).Output("y", 1, 2).Node("Add", "x in/b", "y").Model;
        foreach (var i in new[] { 0, 1 })
        {
            Directory.CreateDirectory(folder.File($"test_data_set_{i}"));
            File.WriteAllBytes(folder.File($"test_data_set_{i}/input_0.pb"), OnnxTensors.Create<float>("x", [1, 2], [i, 0]).ToByteArray());
            File.WriteAllBytes(folder.File($"test_data_set_{i}/output_0.pb"), [0]);
            Write(folder.File($"test_data_set_{i}/in_b.npy"), Good, new byte[8]);
        }

        Assert.True(CalibrationTensors.AreIn(folder.Path));
        Assert.Equal([0f, 1f], CalibrationTensors.Of(model, folder.Path, most: 5).Select(s => s["x"].Floats[0]));
        File.Delete(folder.File("test_data_set_1/in_b.npy"));
        Assert.Contains("'in/b'", Assert.Throws<LabException>(() => CalibrationTensors.Of(model, folder.Path, most: 5)).Message);
    }

    [Fact]
    public void Of_WhatDoesNotFit_IsRefused()
    {
        using var folder = new TempFolder();
        File.WriteAllBytes(folder.File("a.pb"), [8, 255]);
        Assert.Throws<LabException>(() => CalibrationTensors.Of(OneInput(), folder.Path, most: 1).First());
        File.WriteAllBytes(folder.File("a.pb"), OnnxTensors.Create<float>("x", [3], [1, 2, 3]).ToByteArray());
        Assert.Contains("the shape [3]", Assert.Throws<LabException>(() => CalibrationTensors.Of(OneInput(), folder.Path, most: 1).First()).Message);
        File.WriteAllBytes(folder.File("a.pb"), OnnxTensors.Create<long>("x", [1, 2], [1, 2]).ToByteArray());
        Assert.Contains("elements of Int64", Assert.Throws<LabException>(() => CalibrationTensors.Of(OneInput(), folder.Path, most: 1).First()).Message);
    }

    static ModelProto OneInput() => new TestGraph().Input("x", 1, 2).Output("y", 1, 2).Node("Relu", "x", "y").Model;

    static void Write(string path, string header, byte[] data)
    {
        var text = Encoding.Latin1.GetBytes(header + "\n");
        File.WriteAllBytes(path, [0x93, .. "NUMPY"u8, 1, 0, (byte)text.Length, (byte)(text.Length >> 8), .. text, .. data]);
    }
}
