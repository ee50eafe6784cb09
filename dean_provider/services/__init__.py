"""The reference IndexAgent and Evolution API: two services that need no Airflow.

``python -m dean_provider.services all`` starts both. They import the engine, the contract and the errors, nothing else of the house.
"""
