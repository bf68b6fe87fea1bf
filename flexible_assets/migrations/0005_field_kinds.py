from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("flexible_assets", "0004_documentation_portal"),
    ]

    operations = [
        migrations.AlterField(
            model_name="flexibleassetfield",
            name="kind",
            field=models.CharField(
                choices=[
                    (name, name)
                    for name in (
                        "Text",
                        "Textbox",
                        "Select",
                        "Date",
                        "Number",
                        "Percent",
                        "Checkbox",
                        "Header",
                        "Upload",
                        "Password",
                        "Tag",
                    )
                ],
                max_length=20,
            ),
        ),
    ]
