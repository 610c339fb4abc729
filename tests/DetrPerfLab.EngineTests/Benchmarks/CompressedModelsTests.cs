namespace DetrPerfLab.EngineTests.Benchmarks;

/// <summary>Every row of the compression suite has its model, or the command that makes it.</summary>
public class CompressedModelsTests
{
    [Fact]
    public void Of_EveryName_IsAnotherModelOrTheCommandThatMakesIt()
    {
        var found = new List<string>();
        foreach (var name in CompressedModels.Names)
        {
            CompressedModels.Make(name);
            try
            {
                var model = CompressedModels.Of(name);
                Assert.Equal(Scene.Classes, model.Use.Classes.Names);
                found.Add($"{model.Name} {model.Config}");
            }
            catch (LabException lacking)
            {
                Assert.Equal(ExitCode.Missing, lacking.ExitCode);
                foreach (var command in lacking.Message.Split("Make it: ")[1].Split(" && "))
                {
                    Assert.Empty(LabCommand.Create().Parse(command.Split(' ')[1..]).Errors);
                }
            }
        }

        Assert.Equal(found.Distinct(), found);
    }
}
