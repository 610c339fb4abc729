namespace DetrPerfLab.Tests.Models;

/// <summary>Small files as people have them, made by PyTorch itself; two or four tensors of a DETR each, so that what is refused is the lack of the others, under names that were understood.</summary>
public class CheckpointCaseTests
{
    [Theory]
    [InlineData("compile.pth", "names behind '_orig_mod.'")]
    [InlineData("ema_only.pth", "weights under 'ema > module'")]
    [InlineData("panoptic.pth", "names behind 'detr.'; passed over: 2 tensors of a segmentation head")]
    [InlineData("multisteplr.pth", null)]
    public void Load_CaseOfPeoplesFiles_IsUnderstood(string name, string? note)
    {
        var path = TestPaths.SharedCase("checkpoints", name);
        Assert.Equal(["backbone.0.body.layer1.0.conv1.weight", "class_embed.weight"], CheckpointFormatTests.ReadTensors(path).Select(t => t.Name).Order());
        using var file = CheckpointFile.Open(path);
        Assert.Equal(note, Checkpoint.ReadContents(file).Note);
        CheckpointFormatTests.Refused(path, note is null ? "its backbone has 1, 0, 0, 0 blocks" : $"It was read so: {note}.");
    }
}
